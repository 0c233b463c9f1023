#!/usr/bin/env node
require("../dist/keeper-main.cjs");
