const OPENS_TRANSACTION = new Set(["transact", "snapshot", "begin", "transaction"]);
const FUNCTIONS = new Set(["ArrowFunctionExpression", "FunctionExpression"]);

const nameOf = (node) =>
  node?.type === "Identifier"
    ? node.name
    : node?.type === "MemberExpression"
      ? nameOf(node.property)
      : undefined;

/** The names under which a callback knows its transaction: `work`, or `tx` of `({ tx })`. */
const handlesOf = (parameter) =>
  parameter?.type === "ObjectPattern"
    ? parameter.properties.map((property) => nameOf(property.value))
    : [nameOf(parameter)];

/** The call whose callback `node` stands in, if that call runs the callback inside a transaction. */
const enclosingTransaction = (node) => {
  for (let at = node; at.parent; at = at.parent)
    if (
      FUNCTIONS.has(at.type) &&
      at.parent.type === "CallExpression" &&
      at.parent.arguments.includes(at) &&
      OPENS_TRANSACTION.has(nameOf(at.parent.callee))
    )
      return { call: at.parent, handles: handlesOf(at.params[0]) };
  return undefined;
};

/**
 * Inside a transaction, a query on the pool waits for a second connection: when every connection of the pool is inside
 * such a transaction, all wait for ever. So no `database.orm` or `database.sql`, no second transaction, and no call that
 * is handed the dependencies without the transaction.
 */
export const noOuterSql = {
  create: (context) => ({
    MemberExpression: (node) => {
      const name = nameOf(node.property);
      if ((name !== "orm" && name !== "sql") || nameOf(node.object) !== "database") return;
      if (enclosingTransaction(node))
        context.report({
          node,
          message: `Use the transaction's own handle: \`database.${name}\` takes a second connection.`,
        });
    },
    CallExpression: (node) => {
      const outer = enclosingTransaction(node);
      if (!outer) return;
      const callee = nameOf(node.callee);
      const [first, ...rest] = node.arguments;
      const deps = nameOf(outer.call.arguments[0]);
      const words = rest.flatMap(
        (argument) => context.sourceCode.getText(argument).match(/\w+/g) ?? [],
      );
      const opens =
        node.callee.type === "Identifier" && (callee === "transact" || callee === "snapshot");
      const handsOver =
        first?.type === "Identifier" &&
        deps === first.name &&
        !outer.handles.some((handle) => words.includes(handle));
      if (opens || handsOver)
        context.report({
          node,
          message: `\`${callee}\` opens a transaction inside one: pass the work on instead.`,
        });
    },
  }),
};
