-- The claim as a function in PostgreSQL, which PostGraphile serves. It uses the same tables and has the same outcomes
-- for the measured cases. Each call is a separate transaction.
CREATE SCHEMA rival;

-- who_holds returns the user's license that includes the app, or NULL. It writes nothing.
CREATE FUNCTION rival.who_holds(tenant uuid, app uuid, username text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT l.id FROM public.users u
  JOIN public.licenses l ON l.tenant_id = u.tenant_id AND l.user_id = u.id AND l.removed_at IS NULL
  JOIN public.product_apps pa ON pa.product_id = l.product_id AND pa.app_id = app
  WHERE u.tenant_id = tenant AND u.external_id = username AND NOT l.apps_off ? app::text
  ORDER BY l.assigned_at, l.id LIMIT 1
$$;

CREATE FUNCTION rival.claim_license(tenant uuid, app uuid, username text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  held    uuid := rival.who_holds(tenant, app, username);
  policy  public.policies;
  choice  public.policy_products;
  person  uuid;
  license uuid := gen_random_uuid();
BEGIN
  IF held IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', 'ALREADY_LICENSED', 'license', held);
  END IF;

  IF NOT (SELECT auto_claim_enabled FROM public.tenants WHERE id = tenant) THEN
    RETURN jsonb_build_object('outcome', 'AUTO_CLAIM_OFF');
  END IF;

  SELECT * INTO policy FROM public.policies WHERE tenant_id = tenant AND app_id = app AND deleted_at IS NULL;
  IF policy.id IS NULL THEN
    RETURN jsonb_build_object('outcome', 'NO_POLICY');
  ELSIF NOT policy.enabled THEN
    RETURN jsonb_build_object('outcome', 'POLICY_OFF');
  END IF;

  INSERT INTO public.users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at)
  VALUES (tenant, gen_random_uuid(), username, '', '', lower(username), now(), now())
  ON CONFLICT (tenant_id, external_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
  RETURNING id INTO person;

  FOR choice IN
    SELECT * FROM public.policy_products WHERE tenant_id = tenant AND policy_id = policy.id ORDER BY position
  LOOP
    UPDATE public.license_pools SET assigned = assigned + 1
    WHERE tenant_id = tenant AND product_id = choice.product_id AND assigned < total;

    IF FOUND THEN
      INSERT INTO public.licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
      VALUES (tenant, license, person, choice.product_id, 'AUTO_CLAIM', policy.id, choice.apps_off, now());
      INSERT INTO public.claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
      VALUES (tenant, gen_random_uuid(), person, policy.id, app, choice.product_id, license, choice.position, now());
      INSERT INTO public.claim_days (tenant_id, day, policy_id, product_id, claims)
      VALUES (tenant, (now() AT TIME ZONE 'UTC')::date, policy.id, choice.product_id, 1)
      ON CONFLICT (tenant_id, day, policy_id, product_id) DO UPDATE SET claims = claim_days.claims + 1;
      RETURN jsonb_build_object('outcome', 'CLAIMED', 'license', license);
    END IF;
  END LOOP;

  RETURN jsonb_build_object('outcome', 'OUT_OF_LICENSES');
END
$$;
