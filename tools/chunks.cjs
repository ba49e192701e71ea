/**
 * Names of chunks: the start of Lab loads a table of them. The builder's own have their hash twice, for
 * Jupyter lets a browser keep what was asked for with `v`; that of the name tells contents apart already.
 */
module.exports = { output: { filename: '[name].[contenthash:6].js?v=1' } };
