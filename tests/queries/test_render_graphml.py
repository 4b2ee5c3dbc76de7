"""Lineage as GraphML."""

from __future__ import annotations

import io

import networkx
import pytest
from tests.queries.lineage_graphs import EX, HOSTILE, hostile, report

# What GraphML 1.0 with its attributes extension allows, as far as it is used here.
_SCHEMA = b"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:g="http://graphml.graphdrawing.org/xmlns"
    targetNamespace="http://graphml.graphdrawing.org/xmlns" elementFormDefault="qualified">
  <xs:element name="graphml">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="desc" type="xs:string" minOccurs="0"/>
        <xs:element name="key" type="g:key" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="graph" type="g:graph">
          <xs:key name="node-id"><xs:selector xpath="g:node"/><xs:field xpath="@id"/></xs:key>
          <xs:unique name="edge-id"><xs:selector xpath="g:edge"/><xs:field xpath="@id"/></xs:unique>
          <xs:keyref name="from" refer="g:node-id">
            <xs:selector xpath="g:edge"/><xs:field xpath="@source"/>
          </xs:keyref>
          <xs:keyref name="to" refer="g:node-id">
            <xs:selector xpath="g:edge"/><xs:field xpath="@target"/>
          </xs:keyref>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
    <xs:key name="key-id"><xs:selector xpath="g:key"/><xs:field xpath="@id"/></xs:key>
    <xs:keyref name="key-used" refer="g:key-id">
      <xs:selector xpath=".//g:data"/><xs:field xpath="@key"/>
    </xs:keyref>
  </xs:element>
  <xs:complexType name="key">
    <xs:attribute name="id" type="xs:NMTOKEN" use="required"/>
    <xs:attribute name="for">
      <xs:simpleType><xs:restriction base="xs:NMTOKEN">
        <xs:enumeration value="node"/><xs:enumeration value="edge"/>
      </xs:restriction></xs:simpleType>
    </xs:attribute>
    <xs:attribute name="attr.name" type="xs:NMTOKEN"/>
    <xs:attribute name="attr.type">
      <xs:simpleType><xs:restriction base="xs:NMTOKEN">
        <xs:enumeration value="boolean"/><xs:enumeration value="int"/><xs:enumeration value="string"/>
      </xs:restriction></xs:simpleType>
    </xs:attribute>
  </xs:complexType>
  <xs:complexType name="graph">
    <xs:choice minOccurs="0" maxOccurs="unbounded">
      <xs:element name="node" type="g:node"/><xs:element name="edge" type="g:edge"/>
    </xs:choice>
    <xs:attribute name="id" type="xs:NMTOKEN"/>
    <xs:attribute name="edgedefault" use="required">
      <xs:simpleType><xs:restriction base="xs:NMTOKEN">
        <xs:enumeration value="directed"/><xs:enumeration value="undirected"/>
      </xs:restriction></xs:simpleType>
    </xs:attribute>
  </xs:complexType>
  <xs:complexType name="node">
    <xs:sequence><xs:element name="data" type="g:data" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="id" type="xs:NMTOKEN" use="required"/>
  </xs:complexType>
  <xs:complexType name="edge">
    <xs:complexContent><xs:extension base="g:node">
      <xs:attribute name="source" type="xs:NMTOKEN" use="required"/>
      <xs:attribute name="target" type="xs:NMTOKEN" use="required"/>
    </xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:complexType name="data">
    <xs:simpleContent><xs:extension base="xs:string">
      <xs:attribute name="key" type="xs:NMTOKEN" use="required"/>
    </xs:extension></xs:simpleContent>
  </xs:complexType>
</xs:schema>
"""


def test_it_keeps_to_the_schema() -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml checks XML schemas")
    schema = etree.XMLSchema(etree.fromstring(_SCHEMA))
    for graph in (report(), hostile()):
        schema.assertValid(etree.fromstring(graph.to_graphml().encode()))


def test_networkx_reads_the_graph_that_networkx_is_given() -> None:
    for graph in (report(), hostile()):
        read = networkx.read_graphml(io.BytesIO(graph.to_graphml().encode()), force_multigraph=True)
        given = graph.to_networkx()
        iris = networkx.get_node_attributes(read, "iri")
        assert sorted(iris.values()) == sorted(given.nodes)
        told = {(iris[a], iris[b], d["relation"], d["inferred"]) for a, b, d in read.edges(data=True)}
        assert told == {(a, b, d["relation"], d["inferred"]) for a, b, d in given.edges(data=True)}


def test_values_have_their_types() -> None:
    read = networkx.read_graphml(io.BytesIO(report().to_graphml().encode()))
    found = {told["iri"]: told for _, told in read.nodes(data=True)}
    assert found[f"{EX}news"]["steps"] == -1
    assert found[f"{EX}files"]["stands_for"] == 7
    assert found[f"{EX}write"]["ended"] == "2026-06-01T09:05:00+00:00"
    assert found[f"{EX}write"]["bundles"] == "urn:run:1"
    assert "started" not in found[f"{EX}data"]


def test_labels_are_kept_but_for_characters_that_xml_cannot_hold() -> None:
    read = networkx.read_graphml(io.BytesIO(hostile().to_graphml().encode()))
    labels = [told["label"] for _, told in read.nodes(data=True)]
    assert labels == [
        label.translate({0x1B: 0xFFFD, 0: 0xFFFD, 7: 0xFFFD, 0xFFFE: 0xFFFD}) for label in HOSTILE
    ]
