public import AuditExport

/// What of the gateway leaves a record, made from the route table and the listeners' own pages.
public enum AuditCoverage {
    /// One way in, and the records that it leaves.
    public struct Row: Sendable, Equatable {
        /// Method and path, or what happens.
        public var way: String
        /// The action in the records; nil if there is no record.
        public var action: String?
        /// What the event means; nil if there is no record.
        public var group: EventKind.Group?
    }

    /// Every row of the route table: the pipeline writes a record before any of them answers.
    public static var routes: [Row] {
        RouteDescription.all.map { route in
            Row(
                way: "\(route.method) \(route.path)", action: route.action,
                group: EventKind.of(route.action).group)
        }
    }

    /// What leaves records without being a route.
    public static var events: [Row] {
        let routed = Set(RouteDescription.all.map(\.action))
        return [
            "tls.handshake", "http.request", "answer.streamed", "service.expire", "policy.activate",
            "policy.refuse", "policy.shadow", "credential.present", "log.key", "log.segment",
            "log.started", "log.stopped", "log.recovered",
            "log.resumed", "log.dropped", "log.clock", "alert.fired",
        ].filter { !routed.contains($0) }.map { action in
            let kind = EventKind.of(action)
            return Row(way: kind.title, action: action, group: kind.group)
        }
    }

    /// The pages of the metrics listener: state of the process, no data of anyone, loopback by default.
    public static var unaudited: [Row] {
        HealthPages.paths.map { Row(way: "GET \($0) (metrics listener)", action: nil, group: nil) }
    }
}
