const MESSAGE =
  "State of a module is shared by every test and every tenant of the process: keep it in what createX(deps) returns.";

/** No `let` or `var` at the top of a module. */
export const noModuleState = {
  create: (context) => {
    const check = (declaration) => {
      if (declaration?.type !== "VariableDeclaration") return;
      if (declaration.kind === "let" || declaration.kind === "var")
        context.report({ node: declaration, message: MESSAGE });
    };
    return {
      Program: (program) => {
        for (const statement of program.body)
          check(statement.type === "ExportNamedDeclaration" ? statement.declaration : statement);
      },
    };
  },
};
