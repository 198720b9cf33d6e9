const SILENCER = /\b(?:oxlint|eslint)-(?:disable|enable)/;

/** A rule is followed, or changed in .oxlintrc.json for everybody to see; a comment can't switch it off. */
export const noSilencing = {
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments())
        if (SILENCER.test(comment.value))
          // Reported at the top of the file, which no directive below it covers.
          context.report({
            loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } },
            message: `Line ${comment.loc.start.line} silences the linter: follow the rule, or change it in .oxlintrc.json and say why.`,
          });
    },
  }),
};
