export const products = {
};
