const SUITES = new Set(["test", "it", "describe"]);
const SILENT = new Set(["only", "skip", "todo", "skipIf", "todoIf", "if"]);

/** Every test runs every time. What needs a missing server goes through the suites that name themselves when they can't run. */
export const noSkippedTests = {
  create: (context) => ({
    MemberExpression: ({ object, property }) => {
      if (object.type === "Identifier" && SUITES.has(object.name) && SILENT.has(property.name))
        context.report({
          node: property,
          message: `\`${object.name}.${property.name}\` leaves tests out in silence.`,
        });
    },
  }),
};
