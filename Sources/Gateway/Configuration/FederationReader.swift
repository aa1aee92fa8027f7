internal import Policy

/// Reads the list `federation:` of the configuration.
struct FederationReader {
    let file: String
    private(set) var settings: [FederationSetting] = []
    private(set) var faults: [String] = []

    private static let known = [
        "trust_domain", "url", "profile", "endpoint_id", "bundle", "authorities",
    ]

    init(file: String) {
        self.file = file
    }

    mutating func read(_ value: DocumentNode, place: String) {
        guard case .list(let items) = value.content else {
            faults.append("\(place): federation must be a list of trust domains")
            return
        }
        guard items.count <= FederationLimits.trustDomainsMax else {
            faults.append(
                "\(place): federation has more than \(FederationLimits.trustDomainsMax) trust domains"
            )
            return
        }
        for item in items { read(item: item, place: place) }
    }

    private mutating func read(item: DocumentNode, place: String) {
        guard case .mapping(let members) = item.content, let first = members.first else {
            faults.append("\(place): each entry of federation must be a mapping")
            return
        }
        let place = "\(file):\(first.mark.line):\(first.mark.column)"
        var texts: [String: String] = [:]
        for member in members {
            guard Self.known.contains(member.key), let text = ConfigurationValue(member.value).text
            else {
                faults.append(
                    "\(file):\(member.mark.line):\(member.mark.column): federation: unknown or malformed key "
                        + "\(quote(member.key)); known are \(Self.known.joined(separator: ", "))")
                return
            }
            texts[member.key] = text
        }
        guard let setting = setting(texts, place) else { return }
        guard !settings.contains(where: { $0.trustDomain == setting.trustDomain }) else {
            faults.append("\(place): federation names \(quote(setting.trustDomain)) twice")
            return
        }
        settings.append(setting)
    }

    private mutating func setting(_ texts: [String: String], _ place: String) -> FederationSetting?
    {
        guard let domain = texts["trust_domain"], SPIFFEID.isTrustDomain(domain) else {
            faults.append("\(place): federation: trust_domain must be a SPIFFE trust domain")
            return nil
        }
        guard let url = texts["url"], Self.isBundleURL(url) else {
            faults.append(
                "\(place): federation: url must be an https URL without user and fragment")
            return nil
        }
        guard let profile = texts["profile"].flatMap(FederationSetting.Profile.init(rawValue:))
        else {
            faults.append("\(place): federation: profile must be https_web or https_spiffe")
            return nil
        }
        let setting = FederationSetting(
            trustDomain: domain, url: url, profile: profile, endpointID: texts["endpoint_id"],
            bundleFile: texts["bundle"], authoritiesFile: texts["authorities"])
        guard profile == .web || isComplete(setting, place) else { return nil }
        return setting
    }

    /// Federation section 5.2.2: the endpoint's SPIFFE ID, and a first bundle to authenticate it with.
    private mutating func isComplete(_ setting: FederationSetting, _ place: String) -> Bool {
        guard let id = setting.endpointID, let parsed = try? SPIFFEID(parsing: id),
            !parsed.path.isEmpty
        else {
            faults.append(
                "\(place): federation: https_spiffe needs endpoint_id, the SPIFFE ID of the bundle's server"
            )
            return false
        }
        guard parsed.trustDomain != setting.trustDomain || setting.bundleFile != nil else {
            faults.append(
                "\(place): federation: a trust domain that serves its own bundle needs bundle, a file with the first one"
            )
            return false
        }
        return true
    }

    private static func isBundleURL(_ text: String) -> Bool {
        guard text.hasPrefix("https://"), text.utf8.count <= 2048, !text.contains("#"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return false }
        let authority = text.dropFirst(8).prefix { $0 != "/" && $0 != "?" }
        return !authority.isEmpty && !authority.contains("@")
    }
}

/// Bounds of federation.
enum FederationLimits {
    /// The most foreign trust domains.
    static let trustDomainsMax = 100
    /// The longest that a bundle's server may take.
    static let fetchSeconds: Int64 = 10
    /// The shortest time between two polls, whatever the hint says.
    static let pollSecondsMin = 1
    /// The longest time between two polls, whatever the hint says.
    static let pollSecondsMax = 3600
    /// The most redirects that are followed.
    static let redirectsMax = 3
}
