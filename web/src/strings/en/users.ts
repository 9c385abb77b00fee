export const users = {
};
