/** How a refresh token begins, so that whoever finds one knows what it is. */
export const REFRESH_PREFIX = "cb_refresh_";
