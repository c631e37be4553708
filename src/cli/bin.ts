#!/usr/bin/env node
/**
 * The command `stampede`: a process around `program.ts`.
 */
import { run } from './program.js';
import { processTerminal } from './terminal.js';

const terminal = processTerminal(process);
process.once('exit', (code) => {
  if (code === 0) process.exitCode = terminal.exitCode; // set here, since the last line may still fail to be written
});
await run(process.argv.slice(2), terminal);
