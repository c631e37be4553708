/**
 * The door `stampede-js/config`: files → policies.
 */
export {};
