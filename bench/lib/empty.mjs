/** Imported to learn what an import of nothing costs. */
export {};
