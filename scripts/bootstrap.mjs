// What `npm start`, `npm test`, `npm run bench`, `npm run faults` and `npm run arrakis` run first. It needs nothing but Node
// 18 and npm: it brings Node 24 and pnpm, installs the dependencies, builds, and hands over. The syntax here is old, so that an old Node
// gets to the message below.
const oldestNode = 18;

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(
    `Arrakis needs Node ${oldestNode} or newer to set itself up; this is ${process.version} (${process.execPath}).\n` +
      'Install a newer one (https://nodejs.org) and run the command again.',
  );
  process.exit(1);
} else {
  void import('./bootstrap/main.mjs').then(({ main }) => main(process.argv.slice(2)));
}
