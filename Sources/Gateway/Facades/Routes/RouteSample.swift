/// A request that a row takes, for documents and for the test that walks all rows.
package struct RouteSample: Sendable {
    let values: [Capture: String]
    let body: String?

    /// Makes a sample; captures without a value get a usual one.
    package init(_ values: [Capture: String] = [:], body: String? = nil) {
        self.values = values
        self.body = body
    }

    func value(of capture: Capture) -> String {
        values[capture]
            ?? {
                switch capture {
                case .service: "api"
                case .id: "api-1"
                case .provider: "idp"
                case .level: "0"
                case .billions, .millions, .thousands: "x001"
                case .units: "000"
                }
            }()
    }
}
