/**
 * The door `stampede-js/testing`: for users' own tests.
 */
export {};
