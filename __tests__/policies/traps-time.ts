/**
 * The traps of timeouts, deadlines, fallbacks and hedges that others have fallen into. Each has a test whose title
 * begins with its number.
 */
export const timeTraps: Readonly<Record<string, string>> = {
  T40: 'the function ignores its signal, and the call never ends',
  T41: 'the signal of a call that has ended in time is aborted, and with it the body that is still being read',
  T42: 'a signal that is asked for after the end of the time never tells of it',
  T43: 'an answer that arrived while the thread was blocked is called too late',
  T44: 'the late rejection of an attempt that was given up is unhandled',
  T45: 'a timer or a listener stays behind',
  T46: 'an inner call takes more time than the call around it has left, or starts without any',
  T47: 'work that goes on in the background is bound by the deadline of a call that has ended',
  T48: 'a process that never uses ambient deadlines pays for them',
  T49: 'the timeout of one call aborts all that are under way',
  T50: 'a fallback hides that the library is used wrongly',
  T51: 'the last good value of one customer is given to another',
  T52: 'the last good values are kept for ever, or given however old they are',
  T53: 'hedges multiply the load when everything is slow',
  T54: 'hedges that win make the estimate sink, so that ever more are sent',
  T55: 'a loser goes on, or the winner is aborted with it',
  T56: 'a hedge waits for its time although the first attempt has failed, or is sent to who refuses',
  T57: 'a call that must not be made twice is hedged',
  T58: 'the process ends before the timeout of a call that hangs',
};
