/* me: who is logged in, and what the daemon says of itself; known before the first screen is drawn. */
let session = null;
let console_ = null;

/** {user, name, role, scope, agency, csrf, expires_at, totp} */
export const me = () => session;
export const setMe = (value) => {
	session = value;
};
/** {name, regency, utc_offset_min, tiles} */
export const settings = () => console_;
export const setSettings = (value) => {
	console_ = value;
};
/** May decide about incidents, and not only look. */
export const mayDecide = () => session.role === 'coordinator' || session.role === 'admin';
export const isAdmin = () => session.role === 'admin';
/** "coordinator:ani": how the history names me. */
export const myActor = () => `${session.role}:${session.user}`;
