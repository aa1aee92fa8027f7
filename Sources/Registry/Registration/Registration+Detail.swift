public import StrictJSON

extension Registration {
    /// The registration as the `detail` of its intent record: one JSON object, fixed member order.
    ///
    /// Namespace, service and id stand in the record's resource and are not repeated.
    public func encodedDetail() -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"address\":")
        writer.string(address)
        writer.raw(",\"port\":")
        writer.integer(port)
        if let version { writer.member(",\"version\":", version) }
        writer.raw(",\"tags\":")
        writer.strings(tags)
        writer.raw(",\"metadata\":")
        writer.metadata(metadata)
        writer.raw(",\"weight\":")
        writer.integer(weight)
        if let zone { writer.member(",\"zone\":", zone) }
        if let region { writer.member(",\"region\":", region) }
        writer.raw(",\"ttlSeconds\":")
        writer.integer(ttlSeconds)
        writer.raw("}")
        return writer.bytes
    }

    /// Reads a registration back from the `detail` of its intent record.
    ///
    /// - Throws: ``RegistryError/malformed(path:message:)`` or
    ///   ``RegistryError/impossible(path:message:)`` where no version of Maxine wrote this.
    public static func decode(
        detail: JSONValue, namespace: String, service: String, id: String
    ) throws(RegistryError) -> Registration {
        let reader = try MemberReader(
            detail, path: "$", known: bodyMembers.filter { $0 != "checks" && $0 != "namespace" })
        return try read(reader, namespace: namespace, service: service, id: id)
    }

    /// The instance as answers show it, in the member order of a discover answer.
    public func encodedFragment() -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.member("{\"id\":", id)
        writer.member(",\"address\":", address)
        writer.raw(",\"port\":")
        writer.integer(port)
        if let version {
            writer.member(",\"version\":", version)
        } else {
            writer.raw(",\"version\":null")
        }
        writer.raw(",\"tags\":")
        writer.strings(tags)
        writer.raw(",\"metadata\":")
        writer.metadata(metadata)
        writer.raw(",\"weight\":")
        writer.integer(weight)
        writer.raw(",\"health\":\"passing\"")
        if let zone { writer.member(",\"zone\":", zone) }
        if let region { writer.member(",\"region\":", region) }
        writer.member(",\"namespace\":", namespace)
        writer.raw("}")
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ prefix: StaticString, _ value: String) {
        raw(prefix)
        string(value)
    }

    fileprivate mutating func metadata(_ members: [Registration.Metadata]) {
        raw("{")
        for (index, member) in members.enumerated() {
            if index > 0 { raw(",") }
            string(member.key)
            raw(":")
            string(member.value)
        }
        raw("}")
    }
}
