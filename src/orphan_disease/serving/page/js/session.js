// The API key, kept for this tab only: closing it forgets the key.

const PLACE = "api-key";

export const key = () => sessionStorage.getItem(PLACE);
export const remember = (given) => sessionStorage.setItem(PLACE, given);
export const forget = () => sessionStorage.removeItem(PLACE);
