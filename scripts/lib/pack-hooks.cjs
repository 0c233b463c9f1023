/**
 * What pnpm changes in a manifest when it packs: https://pnpm.io/pnpmfile. Sources stay in the
 * clone, and so does the condition by which the clone's own tests find them.
 */
module.exports = { hooks: { beforePacking } };

function beforePacking({ devDependencies: _, ...manifest }) {
  return { ...manifest, exports: withoutSources(manifest.exports) };
}

function withoutSources(exports) {
  return Object.fromEntries(
    Object.entries(exports).map(([path, { "@hpcnb/source": _, ...conditions }]) => [path, conditions]),
  );
}
