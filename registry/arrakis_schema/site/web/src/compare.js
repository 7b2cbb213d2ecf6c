// Any two releases compared.
export {};
