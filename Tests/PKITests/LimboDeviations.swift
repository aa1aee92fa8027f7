/// Where the path validation core differs from x509-limbo, and why.
enum LimboDeviations {
    /// Cases that must fail but pass the core, each because what is wrong is not the path.
    static let notThePath: Set<String> = Set(
        hostNames + extendedKeyUsage + revocationLists + others)

    // The corpus compares DNS names and addresses with an expected host; SVIDs are known by their URI.
    private static let hostNames = [
        "rfc5280::ca-as-leaf-wrong-san", "rfc5280::san::underscore-dns",
        "webpki::cn::ipv6-uncompressed-mismatch", "webpki::cn::ipv6-uppercase-mismatch",
        "webpki::cn::punycode-not-in-san", "webpki::san::mismatch-domain-san",
        "webpki::san::mismatch-subdomain-apex-san",
        "webpki::san::public-suffix-private-namespace-wildcard-san",
        "webpki::san::public-suffix-wildcard-san", "webpki::san::san-wildcard-only",
        "webpki::san::san-wildcard-only-tld", "webpki::san::wildcard-embedded-leftmost-san",
        "webpki::san::wildcard-embedded-ulabel-san", "webpki::san::wildcard-not-in-leftmost-san",
    ]

    // Extended key usage and a CA as leaf are judged by the rules for leaves and by the profile of authorities.
    private static let extendedKeyUsage = [
        "rfc5280::eku::ee-wrong-eku", "webpki::eku::ee-critical-eku",
        "webpki::eku::ee-without-eku", "webpki::eku::root-has-eku",
        "webpki::ee-basicconstraints-ca",
    ]

    // Revocation comes from our own set, not from revocation lists beside the chain.
    private static let revocationLists = [
        "crl::crlnumber-critical", "crl::crlnumber-missing", "crl::issuer-missing-crlsign",
        "crl::revoked-certificate-with-crl",
    ]

    // The depth is a fixed limit of ours, no parameter; authority information access is never read.
    private static let others = ["pathlen::max-chain-depth-0-exhausted", "webpki::malformed-aia"]

    /// Cases that must pass but are refused, with the code of the refusal.
    static let stricter: [String: String] = [
        // An authority without key usage: X509-SVID section 4.3 asks for one.
        "crl::issuer-no-keyusage-extension": "invalid_bundle",
        // Constraints on other names than URIs are refused, not half enforced.
        "rfc5280::nc::excluded-different-constraint-type": "invalid_bundle",
        "rfc5280::nc::permitted-different-constraint-type": "invalid_bundle",
        "rfc5280::nc::permitted-dn-match": "invalid_bundle",
        "rfc5280::nc::permitted-dns-match": "invalid_bundle",
        "rfc5280::nc::permitted-ipv4-match": "invalid_bundle",
        "rfc5280::nc::permitted-ipv6-match": "invalid_bundle",
        "rfc5280::nc::nc-forbids-othername-noop": "name_constraints",
        "rfc5280::nc::nc-forbids-same-chain-ica": "name_constraints",
        "rfc5280::nc::nc-permits-email-literal-mid-asterisk": "name_constraints",
        "webpki::nc::nc-permits-dns-san-pattern": "name_constraints",
        // More than 64 alternative names.
        "online::google.com": "malformed",
        "online::microsoft.com": "malformed",
    ]
}
