internal import Auth
internal import Wire

/// Header fields that few answers have.
extension ClientConnection {
    @inline(never)
    func add(_ further: FurtherFields, to response: inout Response) {
        if front.takesCookies {
            for cookie in further.setCookies {
                response.fields.append(.init("set-cookie", cookie))
            }
        }
        if let location = further.location {
            response.fields.append(.init("location", location))
        }
        if let place = further.refresh {
            response.fields.append(.init("refresh", "0; url=\(place)"))
        }
        if further.isPage {
            response.fields.append(.init("content-security-policy", Page.policy))
            response.fields.append(.init("x-content-type-options", "nosniff"))
            // With `no-referrer` browsers say `Origin: null` of our own forms, too (Fetch section 3.2).
            response.fields.append(.init("referrer-policy", "same-origin"))
        }
        if let allow = further.allow { response.fields.append(.init("allow", allow)) }
        if let seconds = further.retryAfterSeconds {
            response.fields.append(.init("retry-after", String(seconds)))
        }
        if let overrun = further.overrun {
            response.fields.append(.init("ratelimit-policy", overrun.policyField))
            response.fields.append(.init("ratelimit", overrun.stateField))
        }
        if let quota = further.quota {
            response.fields.append(.init("ratelimit-policy", quota.policyField))
            response.fields.append(.init("ratelimit", quota.stateField))
        }
    }

    /// Says what caches may do with an answer; nothing that depends on who asks is kept.
    @inline(never)
    func addCaching(of answer: Answer, to response: inout Response) {
        let caching = front.mayBeCached ? answer.caching : .never
        let text =
            switch caching {
            case .unsaid, .never: "no-store"
            case .forAll: "public, max-age=\(SigningLimits.cacheSeconds)"
            case .forGood: "public, max-age=31536000, immutable"
            }
        response.fields.append(.init("cache-control", text))
    }
}
