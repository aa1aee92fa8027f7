import Foundation

extension GatewayProcess {
    /// Sends one request with curl over mTLS, as the operator or with another identity's files.
    package func curl(
        _ method: String, _ path: String, body: String? = nil, as identity: String? = nil,
        headers: [String] = [], options: [String] = []
    ) throws -> Answer {
        let request = CurlRequest(
            method, path, body: body, as: identity, headers: headers, options: options)
        return try CurlAnswer(
            Shell.run(request.arguments(to: serviceAddress), directory: folder))
    }

    /// The status of a page of the metrics listener.
    package func health(_ page: String) throws -> Int {
        let result = try Shell.run(
            [
                "curl", "-sS", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}",
                metricsAddress + page,
            ])
        return Int(result.output) ?? 0
    }

    /// A page of the metrics listener.
    package func page(_ path: String) throws -> Answer {
        try CurlAnswer(
            Shell.run(["curl", "-sS", "-D", "-", "--max-time", "5", metricsAddress + path]))
    }

    /// The gateway's own intermediate, in the hands of a test.
    package var intermediate: OpenSSLAuthority { OpenSSLAuthority(intermediateOf: folder) }
}
