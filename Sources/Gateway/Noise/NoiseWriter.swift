internal import ServiceLifecycle

/// Writes the counts of strangers' refusals while the gateway runs; what is left is written when it closes.
struct NoiseWriter: Service {
    let noise: Noise
    let ticker: any Ticker

    func run() async {
        await ticker.run(.noise) { await noise.write() }
    }
}
