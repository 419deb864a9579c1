// What Trooper has a use for of undici. Its own index takes all of it along: a fetch, WebSockets, caches and mocks are half a megabyte that
// every start would read and run, and a dispatcher of its own would be set for the program that Trooper runs in.
const api = require('../node_modules/undici/lib/api/index.js')
const buildConnector = require('../node_modules/undici/lib/core/connect.js')
const Agent = require('../node_modules/undici/lib/dispatcher/agent.js')
const Client = require('../node_modules/undici/lib/dispatcher/client.js')
const Dispatcher = require('../node_modules/undici/lib/dispatcher/dispatcher.js')

// As undici's index does.
Object.assign(Dispatcher.prototype, api)

module.exports = { Agent, buildConnector, Client, Dispatcher }
