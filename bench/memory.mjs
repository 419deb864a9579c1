// Loaded into a measured program (`node --expose-gc --import`): tells its parent, when asked, what it needs after a collection.
process.on('message', async () => {
  // What is freed in one round may hold on to what can be freed in the next.
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  process.send({ heldBytes: heapUsed + external })
})
