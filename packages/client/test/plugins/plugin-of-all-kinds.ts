/** Its factories give what has all members, and does nothing. */
export const pluginOfAllKinds = `
  const f = () => {};
  const scheduler = { runsOnHost: true, taskVariable: "T", nameOf: f, submit: f, status: f, cancel: f, explain: f, history: f, render: f };
  export default {
    apiVersion: 1,
    name: "x",
    scheduler: { create: () => scheduler },
    readiness: { create: () => ({ name: "x", forJob: f, read: f }) },
    tunnel: { create: () => ({ kind: "x", open: f }) },
  };`;
