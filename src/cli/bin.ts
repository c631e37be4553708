#!/usr/bin/env node
/**
 * The command `stampede`.
 */
export {};
