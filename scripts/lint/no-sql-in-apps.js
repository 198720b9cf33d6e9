const MESSAGE = "SQL lives in packages/: call a verb of the room that owns the table.";

const nameOf = (node) =>
  node.type === "Identifier"
    ? node.name
    : node.type === "MemberExpression"
      ? nameOf(node.property)
      : undefined;

/** Apps convert, call a verb and map errors: no SQL template and no query builder. */
export const noSqlInApps = {
  create: (context) => ({
    TaggedTemplateExpression: (node) => {
      if (nameOf(node.tag) === "sql") context.report({ node, message: MESSAGE });
    },
    MemberExpression: (node) => {
      const name = nameOf(node.property);
      if (name !== "orm" && name !== "unsafe" && name !== "sql") return;
      if (node.parent.type === "TaggedTemplateExpression") return;
      context.report({ node, message: MESSAGE });
    },
  }),
};
