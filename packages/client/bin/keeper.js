#!/usr/bin/env node
import "../dist/keeper-main.js";
