import { defineConfig } from "vitepress";

const pages = (text, ...items) => ({ text, items: items.map(([title, link]) => ({ text: title, link })) });

/**
 * The site of these pages: `npm run docs`. A link to a page that does not exist fails the build.
 */
export default defineConfig({
  title: "hpcnb",
  description: "A Jupyter notebook with its parallel engines on a cluster, from one file and one command",
  // Pages link to each other without a server's settings, so the site works from any web server.
  cleanUrls: false,
  // On a forge, a folder shows its README; on a site, its index.
  rewrites: { "decisions/README.md": "decisions/index.md" },
  themeConfig: {
    outline: [2, 3],
    search: { provider: "local" },
    sidebar: [
      pages(
        "Start",
        ["What it is", "/"],
        ["Gallery", "/gallery"],
        ["Platforms", "/platforms"],
        ["From the article", "/from-the-article"],
      ),
      pages(
        "Use",
        ["The session file", "/session-file"],
        ["Sites", "/sites"],
        ["Engines", "/engines"],
        ["Notebook clusters", "/notebook-clusters"],
        ["Grid Engine", "/grid-engine"],
        ["Slurm", "/slurm"],
        ["Over ssh", "/ssh"],
        ["VS Code", "/vscode"],
        ["When it does not come up", "/diagnosis"],
      ),
      pages("Look up", ["Error codes", "/errors"], ["What surrounds a session", "/environment"]),
      pages(
        "Extend",
        ["Embedding", "/embedding"],
        ["JSON", "/json"],
        ["Writing an adapter", "/writing-an-adapter"],
        ["Writing a tunnel", "/writing-a-tunnel"],
        ["Writing a readiness strategy", "/writing-a-readiness-strategy"],
        ["The testbed", "/testbed"],
        ["Decisions", "/decisions/"],
      ),
    ],
  },
});
