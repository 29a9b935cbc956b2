//! The part of a sync that reads data streams: one call a property, those first that were never read, then the oldest.
//! A property that two connections reach is read once; where it cannot be read, what was read before stays.

use std::collections::HashMap;
use std::sync::PoisonError;

use futures_util::{StreamExt, TryStreamExt, stream};
use gantry_store::AnalyticsProperty;
use google_apis::analytics_admin::DataStream;
use google_apis::{AnalyticsAdmin, ApiError};
use jiff::Timestamp;

use super::shape;
use super::sync::{IN_FLIGHT, Walk, ends_the_connection};
use crate::connections::Session;
use crate::dto::events::Topic;
use crate::error::Result;

impl Walk<'_> {
    pub(super) async fn all_data_streams(&self, session: &Session, admin: &AnalyticsAdmin) -> Result<()> {
        let store = self.engine.store();
        let fetched: HashMap<String, Timestamp> = store.data_streams_fetched().await?.into_iter().collect();
        let mut properties = store.analytics_properties().await?;
        properties.retain(|property| {
            property.connections.contains(&session.connection.id) && !self.is_asked(&property.property_id)
        });
        properties.sort_by_key(|property| fetched.get(&property.property_id).copied());
        if properties.is_empty() {
            return Ok(());
        }
        self.tally.begin_analytics("Reading data streams", properties.len());
        self.tell(session).await?;
        let ended = stream::iter(properties.iter().map(Ok))
            .try_for_each_concurrent(IN_FLIGHT, |property| self.data_streams(session, admin, property))
            .await;
        self.tally.drop_analytics();
        self.engine.jobs().changed(Topic::Accounts);
        ended
    }

    async fn data_streams(
        &self,
        session: &Session,
        admin: &AnalyticsAdmin,
        property: &AnalyticsProperty,
    ) -> Result<()> {
        let path = format!("properties/{}", property.property_id);
        let listed: Result<Vec<DataStream>, ApiError> = admin
            .data_streams(&path)
            .inspect(|_| self.tally.analytics_call())
            .try_concat()
            .await;
        match listed {
            Ok(streams) => {
                let now = self.engine.clock().now();
                let rows: Vec<_> = streams
                    .iter()
                    .map(|stream| shape::data_stream(&property.property_id, stream, now))
                    .collect();
                self.tally.data_streams(rows.len());
                self.engine
                    .store()
                    .swap_data_streams(&property.property_id, rows, now)
                    .await?;
                self.asked
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(property.property_id.clone());
            }
            Err(error) if ends_the_connection(&error) => {
                return Err(session.explain(self.engine, &path, error).await);
            }
            Err(error) => {
                let error = session.explain(self.engine, &path, error).await;
                self.tally
                    .failed(format!("{}, data streams", property.display_name), &error);
            }
        }
        self.tally.analytics_step();
        self.tell(session).await
    }

    fn is_asked(&self, property_id: &str) -> bool {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(property_id)
    }
}
