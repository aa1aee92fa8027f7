import Gateway
import Testing

@Suite struct RouteTests {
    @Test func onlyPublicRoutesAreServedToFederation() {
        for route in RouteDescription.all where route.listeners.contains(.federation) {
            #expect(route.isPublic, "\(route.method) \(route.path)")
        }
    }

    @Test func noOperationOnServicesIsPublic() {
        for route in RouteDescription.all where route.isPublic {
            #expect(!route.isServiceScoped, "\(route.method) \(route.path)")
        }
    }

    @Test func everyRouteIsServedSomewhere() {
        #expect(RouteDescription.all.count >= 8)
        for route in RouteDescription.all {
            #expect(!route.listeners.isEmpty, "\(route.method) \(route.path)")
        }
    }
}
