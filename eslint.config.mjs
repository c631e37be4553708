/**
 * What may not be written here, beyond what the compiler refuses.
 *
 * The rules that earn their place are those about promises: a lost rejection or a lost `catch` is the very
 * fault this library exists to prevent. Layout is Prettier's; who may import whom is
 * `__tests__/architecture.test.ts`'s.
 */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist/', 'tmp/', 'coverage/', 'bench/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      // Inside try a bare `return promise` leaves before the promise fails, and the catch never sees it.
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // An error of the wrapped function leaves as the very same object, whatever it is.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allowRethrowing: true, allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/strict-void-return': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      // What the types rule out is asked all the same: callers write JavaScript, hosts lack what Node has,
      // and a getter may answer otherwise the second time.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A function of any type is what we wrap: `any` keeps parameters bivariant where `unknown` would not,
      // and what such a function gives back is `any` too. The tests of types say what users get.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // `random: Random = systemRandom` says what is used, also where a type already promises a value.
      '@typescript-eslint/no-useless-default-assignment': 'off',
      // `unknown | (() => unknown)` is a note to the reader.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // Overloads with a doc each are how a wrapper explains itself.
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    // The core runs in browsers. The doors that need Node say so in their own folder.
    files: ['src/{time,call,wait,retry,policies,testing,simulate,metadata}/**/*.ts', 'src/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'This part of the package runs in browsers.' }] },
      ],
    },
  },
  {
    // Tests misbehave on purpose: they throw what is not an error, reject late, and make async functions
    // that await nothing, as users do.
    files: ['__tests__/**/*.ts'],
    rules: {
      '@typescript-eslint/await-thenable': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'require-yield': 'off',
    },
  },
  {
    // Compiled and never run: a line stands there for its type alone.
    files: ['__tests__/**/*.types.ts'],
    rules: {
      '@typescript-eslint/ban-ts-comment': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/strict-void-return': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
);
