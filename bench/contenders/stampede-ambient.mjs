/** What a process has done with deadlines before its bare calls are measured. */
import { deadline } from '../../dist/esm/index.js';

const used = (options) => async () => {
  await deadline('1s', options)(async () => 42)();
};

export default [
  { name: 'stampede, imported', kind: 'stampede', beforehand: () => {} },
  { name: 'stampede, a deadline used', kind: 'stampede', beforehand: used({}) },
  { name: 'stampede, an ambient deadline used', kind: 'stampede', beforehand: used({ ambient: true }) },
];
