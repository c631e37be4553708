/** For errors that are told elsewhere, or to nobody: say at the call to whom. */
export function ignore(): void {
  // not looked at
}
