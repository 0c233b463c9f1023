#!/usr/bin/env node
require("./code-cache.js").keepCode();
require("../dist/main.cjs");
