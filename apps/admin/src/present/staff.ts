import type { Invited, NewApiKey, StaffMember } from "@closebell/identity";
import type { Answer } from "../output/answer.ts";
import { facts, type Column } from "../output/table.ts";

export const STAFF_COLUMNS: readonly Column<StaffMember>[] = [
  { title: "WHO", of: ({ handle }) => handle },
  { title: "ROLES", of: ({ roles }) => roles.join(", ") || "none" },
  { title: "ID", of: ({ id }) => id },
  { title: "SINCE", of: ({ createdAt }) => createdAt.toString() },
];

const memberFacts = ({
  handle,
  id,
  roles,
}: StaffMember): readonly (readonly [string, string])[] => [
  ["who", handle],
  ["id", id],
  ["roles", roles.join(", ") || "none"],
];

/** A member of staff, for people. */
export const memberText = (member: StaffMember): string => facts(memberFacts(member));

/** A member of staff, and where the one-time token went that is for them alone. */
export const invitedAnswer = ({ member, email, expiresAt }: Invited): Answer => ({
  json: { ...member, email, expiresAt },
  text: [
    facts([...memberFacts(member), ["token mailed to", email], ["until", expiresAt.toString()]]),
    `\nIt is for ${member.handle} alone, once: \`bun run admin staff claim\` trades it for their API key.`,
  ].join("\n"),
});

/** A new API key, shown this once. */
export const keyAnswer = ({ apiKey, key }: NewApiKey, note: string): Answer => ({
  json: { ...apiKey, key },
  text: [
    facts([
      ["API key", key],
      ["name", apiKey.name],
      ["id", apiKey.id],
      ["may", apiKey.scopes.join(", ")],
      ["until", apiKey.expiresAt.toString()],
    ]),
    `\nIt is shown this once. ${note}`,
  ].join("\n"),
});
