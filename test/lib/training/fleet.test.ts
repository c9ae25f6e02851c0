import { only, training, trainingWith } from './training-template';

describe('the fleet', () => {
  const fleet = (template = training()) => only('AWS::EC2::EC2Fleet', template).Properties;
  const overrides = (template = training()) => fleet(template).LaunchTemplateConfigs[0].Overrides;

  test('is kept up by EC2, has no machine between jobs, and ends those that are too many', () => {
    expect(fleet()).toMatchObject({
      Type: 'maintain',
      TargetCapacitySpecification: {
        TotalTargetCapacity: 0,
        OnDemandTargetCapacity: 0,
        SpotTargetCapacity: 0,
        DefaultTargetCapacityType: 'spot',
      },
      ExcessCapacityTerminationPolicy: 'termination',
      ReplaceUnhealthyInstances: true,
    });
  });

  test('takes Spot machines where capacity and price are best, and machines that stay where they are cheapest', () => {
    expect(fleet().SpotOptions).toEqual({
      AllocationStrategy: 'price-capacity-optimized',
      InstanceInterruptionBehavior: 'terminate',
    });
    expect(fleet().OnDemandOptions).toEqual({ AllocationStrategy: 'lowest-price' });
  });

  test('takes any current machine that fits, in both public subnets, for as much as Spot costs', () => {
    expect(overrides()).toHaveLength(2);
    for (const { InstanceRequirements, MaxPrice, SubnetId } of overrides()) {
      expect(InstanceRequirements).toEqual({
        VCpuCount: { Min: 2, Max: 8 },
        MemoryMiB: { Min: 8192, Max: 32_768 },
        InstanceGenerations: ['current'],
        CpuManufacturers: ['intel', 'amd'],
        BurstablePerformance: 'excluded',
        BareMetal: 'excluded',
      });
      expect(MaxPrice).toBeUndefined();
      expect(JSON.stringify(SubnetId)).toContain('PublicSubnet');
    }
  });

  test('takes other machines, and none above a price, if so configured', () => {
    const template = trainingWith({
      training: { minVcpus: 4, maxVcpus: 16, minMemoryGiB: 16, maxMemoryGiB: 64, maxPrice: 0.25 },
    });

    for (const override of overrides(template)) {
      expect(override).toMatchObject({
        InstanceRequirements: { VCpuCount: { Min: 4, Max: 16 }, MemoryMiB: { Min: 16_384, Max: 65_536 } },
        MaxPrice: '0.25',
      });
    }
  });

  test('starts the latest launch template, so that a newer machine image does not replace the fleet', () => {
    const { LaunchTemplateId, Version } = fleet().LaunchTemplateConfigs[0].LaunchTemplateSpecification;

    expect(LaunchTemplateId).toEqual({ Ref: only('AWS::EC2::LaunchTemplate').id });
    expect(Version).toBe('$Latest');
  });
});

describe('a machine', () => {
  const launched = () => only('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;

  test('has no type of its own, a public address, an encrypted volume and IMDSv2 with one hop', () => {
    expect(launched()).not.toHaveProperty('InstanceType');
    expect(launched()).toMatchObject({
      NetworkInterfaces: [{ AssociatePublicIpAddress: true }],
      BlockDeviceMappings: [{ Ebs: { Encrypted: true, VolumeSize: 30, VolumeType: 'gp3' } }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    });
  });

  test('joins the cluster, drains at a Spot notice, and says whether it is Spot', () => {
    const text = JSON.stringify(launched().UserData);

    expect(text).toContain('ECS_CLUSTER=');
    expect(text).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true');
    expect(text).toContain('X-aws-ec2-metadata-token: $token');
    expect(text).toContain('meta-data/instance-life-cycle');
    expect(text.replaceAll('\\', '')).toContain('ECS_INSTANCE_ATTRIBUTES={"modelapp.lifecycle":"$lifecycle"}');
  });

  test('keeps its metadata, and with them its role, from tasks', () => {
    expect(JSON.stringify(launched().UserData)).toContain('ECS_AWSVPC_BLOCK_IMDS=true');
  });
});
