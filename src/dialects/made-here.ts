/** Part of every id that Trooper makes itself, where its wire has room: no provider knows what stands under it. */
export const madeHere = 'trooper'
