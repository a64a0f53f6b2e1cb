/** An account is for business products or for Home Phone (guide, "Account Create"). */
export type AccountType = 'ADVANCED' | 'SIMPLE';

/** What a product is called, in code and in the guide, and what kind of account it lives in (null: in either). */
interface ProductEntry {
  readonly accountType: AccountType | null;
  /** the guide's name */
  readonly title: string;
  /** other names that people type */
  readonly synonyms: readonly string[];
  /** whether its rows have a user */
  readonly hasUser: boolean;
  /** the kind of resource that its numbers ring; `target`: what the row names; null for one that has no numbers */
  readonly owner: 'user' | 'businessLine' | 'sipTrunk' | 'huntGroup' | 'target' | null;
  /** the account number of its example row in templates, which no real customer's account has */
  readonly exampleAccount: string;
}

/** The products of the guide ("Alianza Products"), hunt groups, numbers for what is there, and accounts alone. */
export const PRODUCTS = {
  BCC: {
    accountType: 'ADVANCED',
    title: 'Business Cloud Communications',
    synonyms: [
      'Business Cloud',
      'Business Cloud Communication',
      'Cloud Communications',
      'BCC User',
      'BCC Users',
    ],
    hasUser: true,
    owner: 'user',
    exampleAccount: 'EXAMPLE-1',
  },
  HOME_PHONE: {
    accountType: 'SIMPLE',
    title: 'Home Phone',
    synonyms: ['Home Phones', 'Residential', 'Residential Phone'],
    hasUser: true,
    owner: 'user',
    exampleAccount: 'EXAMPLE-2',
  },
  BUSINESS_LINE: {
    accountType: 'ADVANCED',
    title: 'Business Line',
    synonyms: ['Business Lines', 'Analog Line', 'Analog Lines'],
    hasUser: false,
    owner: 'businessLine',
    exampleAccount: 'EXAMPLE-3',
  },
  SIP_TRUNK: {
    accountType: 'ADVANCED',
    title: 'SIP Trunk',
    synonyms: ['SIP Trunks', 'SIP Trunking', 'Trunk', 'Trunks'],
    hasUser: false,
    owner: 'sipTrunk',
    exampleAccount: 'EXAMPLE-4',
  },
  // no product of the guide: rings business lines, so its example stands in the account of theirs
  HUNT_GROUP: {
    accountType: 'ADVANCED',
    title: 'Hunt Group',
    synonyms: ['Hunt Groups', 'Line Hunt Group', 'Business Line Hunt Group', 'Ring Group', 'Ring Groups'],
    hasUser: false,
    owner: 'huntGroup',
    exampleAccount: 'EXAMPLE-3',
  },
  // no product of the guide either: a number on an account, and what it rings
  NUMBER: {
    accountType: 'ADVANCED',
    title: 'Numbers only',
    synonyms: ['Number only'],
    hasUser: false,
    owner: 'target',
    exampleAccount: 'EXAMPLE-7',
  },
  // no product of the guide: the rows of a sheet of customers, which bring accounts for the rows of other sheets
  ACCOUNT: {
    accountType: null,
    title: 'Accounts only',
    synonyms: ['Account only'],
    hasUser: false,
    owner: null,
    exampleAccount: 'EXAMPLE-5',
  },
} as const satisfies Record<string, ProductEntry>;

export type Product = keyof typeof PRODUCTS;

/** The products in the order of the guide, then hunt groups, numbers, and accounts alone. */
export const PRODUCT_NAMES = [
  'BCC',
  'HOME_PHONE',
  'BUSINESS_LINE',
  'SIP_TRUNK',
  'HUNT_GROUP',
  'NUMBER',
  'ACCOUNT',
] as const satisfies readonly Product[];

/** A table with an entry for each product. */
export function byProduct<T>(entry: (product: Product) => T): Readonly<Record<Product, T>> {
  return Object.fromEntries(PRODUCT_NAMES.map((product) => [product, entry(product)])) as Record<Product, T>;
}
