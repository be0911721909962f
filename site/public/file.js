// `stepsize playground FILE` answers with the file in this one's place.
export default undefined;
