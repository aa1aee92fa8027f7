internal import Foundation
internal import PKI
internal import Wire

/// Answers about single certificates (OCSP over HTTP, RFC 6960 appendix A, RFC 5019 sections 5 and 6).
struct StatusPages: Sendable {
    let book: StatusBook
    let metrics: GatewayMetrics
    let clock: @Sendable () -> Int64
    let elapsed: @Sendable () -> Int64
    /// How often an answer is signed about what we have issued, and about what we have not.
    private let issued = RateMeter(PublicationLimits.signatureRate)
    private let unknown = RateMeter(PublicationLimits.unknownSignatureRate)

    init(
        _ book: StatusBook, metrics: GatewayMetrics, clock: @escaping @Sendable () -> Int64,
        elapsed: @escaping @Sendable () -> Int64
    ) {
        self.book = book
        self.metrics = metrics
        self.clock = clock
        self.elapsed = elapsed
    }

    /// What is behind `/ocsp/` in a path: a request in base64, as it is or with escapes.
    static func request(in text: Substring) -> [UInt8]? {
        guard let base64 = String(text).removingPercentEncoding,
            let data = Data(base64Encoded: base64)
        else { return nil }
        return Array(data)
    }

    /// Answers a request; one in a path has an answer that caches may keep.
    func answer(_ bytes: [UInt8]?, isCacheable: Bool) -> Response {
        guard let bytes, let request = try? StatusRequest(bytes) else {
            return refuse(.malformed)
        }
        let now = clock()
        let answer = book.answer(request, nowNanoseconds: now) { isIssued in
            let meter = isIssued ? issued : unknown
            let isWithin = meter.take(at: elapsed()) == nil
            if isWithin { metrics.statusesSigned.add() }
            return isWithin
        }
        switch answer {
        case .failure(let refusal): return refuse(refusal)
        case .success(let status):
            metrics.statusesServed.add()
            var response = Self.response(status.der)
            guard isCacheable else { return response }
            let left = status.nextUpdateSeconds - now / 1_000_000_000
            let age = min(PublicationLimits.cacheSeconds, max(0, left))
            response.fields.append(
                .init("last-modified", dateSeconds: status.thisUpdateSeconds))
            response.fields.append(.init("expires", dateSeconds: status.nextUpdateSeconds))
            response.fields.append(
                .init(
                    "cache-control",
                    "public, max-age=\(age), no-transform, must-revalidate"))
            return response
        }
    }

    private func refuse(_ refusal: StatusRefusal) -> Response {
        metrics.publicRefused.add()
        var response = Self.response(refusal.der)
        response.fields.append(.init("cache-control", "no-store"))
        return response
    }

    private static func response(_ der: [UInt8]) -> Response {
        Response(status: 200, contentType: "application/ocsp-response", body: der)
    }
}
