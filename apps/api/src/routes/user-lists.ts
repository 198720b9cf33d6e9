import { listDeposits, listWithdrawals } from "@closebell/custody";
import { getPlayer } from "@closebell/identity";
import { accountStatement, userAccount } from "@closebell/ledger";
import { listUserBets } from "@closebell/rounds";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentBet } from "../presenters/bet.ts";
import { presentDeposit, presentWithdrawal } from "../presenters/custody.ts";
import { presentPage } from "../presenters/page.ts";
import { presentTransfer } from "../presenters/user.ts";
import { betSchema } from "../schemas/bet.ts";
import { depositSchema, withdrawalSchema } from "../schemas/custody.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";
import { transferSchema } from "../schemas/user.ts";
import { userParams } from "./users.ts";

const refusals = problems("VALIDATION_FAILED", "USER_NOT_FOUND", "CURSOR_INVALID");
const query = z.strictObject(pageQuery);

const list = <P extends string, S extends z.ZodType>(
  path: P,
  operationId: string,
  summary: string,
  schema: S,
) =>
  defineRoute({
    method: "get",
    path,
    "x-permission": { own: "own:read", any: "users:read" },
    operationId,
    summary,
    description: "Newest first, page by page.",
    tags: ["Users"],
    request: { params: userParams, query },
    responses: { 200: jsonAnswer("A page.", schema), ...refusals },
  });

const betsRoute = list(
  "/users/{userId}/bets",
  "listUserBets",
  "A user's bets",
  pageOf(betSchema, "BetPage"),
);
const depositsRoute = list(
  "/users/{userId}/deposits",
  "listUserDeposits",
  "A user's deposits",
  pageOf(depositSchema, "DepositPage"),
);
const withdrawalsRoute = list(
  "/users/{userId}/withdrawals",
  "listUserWithdrawals",
  "A user's withdrawals",
  pageOf(withdrawalSchema, "WithdrawalPage"),
);

const transfersRoute = defineRoute({
  method: "get",
  path: "/users/{userId}/transfers",
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "listUserTransfers",
  summary: "A user's statement",
  description: "Every transfer in or out of one of the user's accounts, newest first.",
  tags: ["Users"],
  request: {
    params: userParams,
    query: z.strictObject({
      ...pageQuery,
      account: z.enum(["available", "withdrawing", "held"]).default("available"),
    }),
  },
  responses: {
    200: jsonAnswer("A page.", pageOf(transferSchema, "TransferPage")),
    ...refusals,
  },
});

export const userListRoutes = (app: ApiApp, { deps, simulated }: ApiParts): void => {
  app.openapi(betsRoute, async (c) => {
    const { userId } = c.req.valid("param");
    await getPlayer(deps, { userId });
    const page = await listUserBets(deps, { userId, ...c.req.valid("query") });
    return c.json(presentPage(page, presentBet), 200);
  });
  app.openapi(transfersRoute, async (c) => {
    const { userId } = c.req.valid("param");
    const { account, ...request } = c.req.valid("query");
    await getPlayer(deps, { userId });
    const code = userAccount(userId, account);
    const page = await accountStatement(deps, { code, ...request });
    return c.json(presentPage(page, presentTransfer), 200);
  });
  app.openapi(depositsRoute, async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    const page = await listDeposits(deps, input);
    return c.json(
      presentPage(page, (deposit) => presentDeposit(deposit, simulated)),
      200,
    );
  });
  app.openapi(withdrawalsRoute, async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    const page = await listWithdrawals(deps, input);
    return c.json(
      presentPage(page, (withdrawal) => presentWithdrawal(withdrawal, simulated)),
      200,
    );
  });
};
