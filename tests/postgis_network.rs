//! PostgreSQL across a network: a streaming replica serves a node, and TLS checks who answers.

mod city;
mod postgres;

use std::path::PathBuf;

use city::{City, text, until};
use postgres::Cluster;

/// The recipe of so many trees.
fn trees(city: &City, count: u32) -> PathBuf {
    city.trees((0..count).map(|i| (format!("t{i}"), format!("t{i}"), 33.4 + f64::from(i) * 1e-4, 47.9)))
}

#[test]
fn a_replica_serves_a_node_with_the_bytes_of_the_primary() {
    let Some(primary) = Cluster::start() else { return };
    let city = City::over(primary.database());
    city.import(&trees(&city, 100), None);
    let replica = primary.replica();
    let url = replica.url_of("city0");
    let address = "https://map.example";
    let nodes = [city.serve(&["--public-url", address]), city.serve(&["--store", &url, "--public-url", address])];
    for (revision, count) in [(1, 100), (2, 70), (3, 140)] {
        if revision > 1 {
            city.import(&trees(&city, count), None);
        }
        for node in &nodes {
            until(|| node.json("/catalog")["revision"] == revision);
        }
        for path in ["/catalog", "/collections/trees/items?limit=1000", "/tiles/city/10/607/356.mvt"] {
            let [one, other] = nodes.each_ref().map(|node| node.get(path));
            assert_eq!((one.status, one.header("etag")), (200, other.header("etag")), "{path} at {revision}");
            assert!(one.body == other.body, "{path} at {revision}: other bytes");
        }
    }
    // An edit comes over as well; the row that is not served is kept by the node that may write, the other bears it.
    primary.sql("city0", "UPDATE mapa.trees SET name = 'граб', kind = nullif(id, 't5') WHERE id IN ('t5', 't6')");
    for node in &nodes {
        until(|| node.json("/catalog")["revision"] == 4);
        assert_eq!(node.json("/collections/trees")["count"], 139);
        assert_eq!(node.json("/collections/trees/items/t5")["properties"]["name"], "граб");
        assert_eq!(node.get("/collections/trees/items/t6").status, 404);
    }
    until(|| primary.sql("city0", "SELECT string_agg(text, ' ') FROM mapa.mapa_rejection") == "t6");
    assert!(!nodes[1].log().contains("ERROR"), "{}", nodes[1].log());
    // A replica takes no import, and says so.
    let refused = city.mapa(&["import", "--store", &url, trees(&city, 5).to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("read-only"), "{}", text(&refused.stderr));
}

#[test]
fn a_connection_is_encrypted_where_it_must_be_and_the_server_is_who_it_says() {
    let Some(cluster) = Cluster::start_encrypted() else { return };
    let plain = cluster.database();
    let named = plain.replace("127.0.0.1", "localhost");
    let roots = cluster.file("ca.crt").display().to_string();
    let city = City::new();
    let recipe = trees(&city, 3);
    let import = |store: &str| city.mapa(&["import", "--store", store, recipe.to_str().unwrap()]);

    for store in [format!("{named}?sslmode=verify-full&sslrootcert={roots}"), format!("{plain}?sslmode=require")] {
        let imported = import(&store);
        assert!(imported.status.success(), "{store}: {}", text(&imported.stderr));
    }
    let server = city.serve(&["--store", &format!("{named}?sslmode=verify-full&sslrootcert={roots}")]);
    assert_eq!(server.json("/collections/trees")["count"], 3);
    let encrypted = cluster.sql(
        "city0",
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'mapa'",
    );
    assert_eq!(encrypted, "t");

    // The certificate says localhost, and nothing of the address.
    let other_name = import(&format!("{plain}?sslmode=verify-full&sslrootcert={roots}"));
    assert_eq!(other_name.status.code(), Some(1));
    assert!(text(&other_name.stderr).contains("certificate"), "{}", text(&other_name.stderr));
    // Another authority vouches for nobody.
    let stranger = cluster.file("server.crt").display().to_string();
    let unknown = import(&format!("{named}?sslmode=verify-full&sslrootcert={stranger}"));
    assert_eq!(unknown.status.code(), Some(1), "{}", text(&unknown.stdout));
    // A server without TLS is no server for who requires it.
    let Some(bare) = Cluster::shared() else { return };
    let refused = import(&format!("{}?sslmode=require", bare.database()));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).to_lowercase().contains("tls"), "{}", text(&refused.stderr));
}
