/**
 * A program for the machine that the notebook's URL is good for: executes the cells on its standard
 * input (a JSON array of texts) in the kernel of one notebook, the same one each time, and prints
 * what came of each.
 */
import { text } from "node:stream/consumers";
import { Kernel } from "./kernel.js";

const kernel = await Kernel.start(process.argv[2] ?? "", "cells.ipynb");
const results: unknown[] = [];
for (const cell of JSON.parse(await text(process.stdin)) as string[]) results.push(await kernel.execute(cell));
console.log(JSON.stringify(results));
kernel.close();
