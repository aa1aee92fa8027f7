import SwiftASN1

/// What the walk over raw DER can find; turned into a refusal or an error at the edge.
enum DERFlaw: Error, Equatable {
    case malformed(String)
    case weak(String)

    func refusal(element: Int) -> PeerRefusal {
        switch self {
        case .malformed(let detail): .malformed(element: element, detail: detail)
        case .weak(let detail): .weakAlgorithm(element: element, detail: detail)
        }
    }

    var detail: String {
        switch self {
        case .malformed(let detail), .weak(let detail): detail
        }
    }
}

extension ASN1Identifier {
    static func context(_ number: UInt) -> Self {
        Self(tagWithNumber: number, tagClass: .contextSpecific)
    }
}

extension ASN1Node {
    /// The child nodes, when this is a constructed node with an allowed number of them.
    func children(count: ClosedRange<Int>, _ what: String) throws -> [ASN1Node] {
        guard case .constructed(let nodes) = content else {
            throw DERFlaw.malformed("\(what) is not constructed")
        }
        var children: [ASN1Node] = []
        for node in nodes {
            children.append(node)
            guard children.count <= count.upperBound else {
                throw DERFlaw.malformed("\(what) has too many fields")
            }
        }
        guard children.count >= count.lowerBound else {
            throw DERFlaw.malformed("\(what) has too few fields")
        }
        return children
    }

    /// The child nodes of a sequence.
    func sequence(count: ClosedRange<Int>, _ what: String) throws -> [ASN1Node] {
        guard identifier == .sequence else {
            throw DERFlaw.malformed("\(what) is not a sequence")
        }
        return try children(count: count, what)
    }

    func primitive(_ what: String) throws -> ArraySlice<UInt8> {
        guard case .primitive(let bytes) = content else {
            throw DERFlaw.malformed("\(what) is not primitive")
        }
        return bytes
    }

    func isEmptySequence(_ what: String) throws -> Bool {
        guard identifier == .sequence, case .constructed(let nodes) = content else {
            throw DERFlaw.malformed("\(what) is not a sequence")
        }
        var iterator = nodes.makeIterator()
        return iterator.next() == nil
    }
}

extension DERFlaw: CustomStringConvertible {
    var description: String { detail }
}
