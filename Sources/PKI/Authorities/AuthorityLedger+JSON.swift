import StrictJSON
import Text

extension AuthorityLedger {
    /// The ledger as its file holds it; no secret is in it.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 512 + authorities.count * 384)
        writer.raw("{\"version\":1,\"sequence\":")
        writer.integer(bundleSequence)
        writer.raw(",\"steps\":[")
        for (index, step) in steps.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.integer(step)
        }
        writer.raw("],\"authorities\":[")
        for (index, authority) in authorities.enumerated() {
            writer.raw(index > 0 ? ",\n" : "\n")
            authority.write(to: &writer)
        }
        writer.raw("]}\n")
        return writer.bytes
    }

    /// Reads what `encoded` wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard let value = try? StrictJSON.parse(bytes), value["version"]?.integer == 1,
            let sequence = value["sequence"]?.integer.flatMap(UInt64.init(exactly:)),
            case .array(let steps)? = value["steps"], steps.count <= PKILimits.rememberedStepsMax,
            case .array(let authorities)? = value["authorities"],
            authorities.count <= PKILimits.authoritiesMax
        else { return nil }
        self.bundleSequence = sequence
        for step in steps {
            guard let number = step.integer.flatMap(UInt64.init(exactly:)) else { return nil }
            self.steps.append(number)
        }
        for item in authorities {
            guard let authority = AuthorityRecord(item), self.authority(authority.keyID) == nil
            else { return nil }
            self.authorities.append(authority)
        }
        for kind in AuthorityKind.allCases {
            for state in [AuthorityStage.prepared, .active] {
                let count = self.authorities.count { $0.kind == kind && $0.stage == state }
                guard state == .active ? count == 1 : count <= 1 else { return nil }
            }
        }
    }
}

extension AuthorityRecord {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.raw("{\"kind\":")
        writer.string(kind.rawValue)
        writer.raw(",\"key_id\":")
        writer.string(keyID)
        if let issuerKeyID {
            writer.raw(",\"issuer\":")
            writer.string(issuerKeyID)
        }
        writer.raw(",\"file\":")
        writer.string(file)
        writer.raw(",\"state\":")
        writer.string(stage.rawValue)
        for (name, time) in [
            ("since", Optional(sinceNanoseconds)), ("begin", notBeforeNanoseconds),
            ("end", notAfterNanoseconds), ("leaves_end", leavesEndNanoseconds),
        ] {
            guard let time else { continue }
            writer.raw(",\"\(name)\":".utf8)
            writer.integer(time)
        }
        if isCrossSigned { writer.raw(",\"cross_signed\":true") }
        if let listDigest {
            writer.raw(",\"list\":")
            writer.string(listDigest)
        }
        writer.raw("}")
    }

    fileprivate init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.string.flatMap(AuthorityKind.init(rawValue:)),
            let keyID = value["key_id"]?.string, let file = value["file"]?.string,
            AuthorityFiles.isName(file, of: kind),
            let stage = value["state"]?.string.flatMap(AuthorityStage.init(rawValue:)),
            let since = value["since"]?.integer, let begin = value["begin"]?.integer,
            let end = value["end"]?.integer, (value["issuer"] == nil) == (kind == .root)
        else { return nil }
        self.init(
            kind, keyID: keyID, issuerKeyID: value["issuer"]?.string, file: file,
            notBeforeNanoseconds: begin, notAfterNanoseconds: end, stage: stage,
            sinceNanoseconds: since, leavesEndNanoseconds: value["leaves_end"]?.integer)
        isCrossSigned = value["cross_signed"] == .bool(true)
        guard let list = value["list"] else { return }
        guard let digest = list.string, kind == .root, hexBytes(digest)?.count == 32 else {
            return nil
        }
        listDigest = digest
    }
}
