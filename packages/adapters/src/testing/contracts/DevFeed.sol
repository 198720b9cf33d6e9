// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// One phase of a feed: rounds 1, 2, … each written at the time of its block.
contract Aggregator {
  struct Round {
    int256 answer;
    uint256 updatedAt;
  }

  mapping(uint256 => Round) private rounds;
  uint256 public latest;

  function transmit(int256 answer) external {
    latest += 1;
    rounds[latest] = Round(answer, block.timestamp);
  }

  function read(uint256 id) external view returns (int256, uint256) {
    Round memory round = rounds[id];
    require(round.updatedAt > 0, "No data present");
    return (round.answer, round.updatedAt);
  }
}

/// The address that consumers know: its round ids carry the phase in their upper 16 bits, as AggregatorV3Interface has them.
contract FeedProxy {
  uint8 public constant decimals = 8;
  string public constant description = "DEV / USD";
  uint16 public phaseId;
  mapping(uint16 => Aggregator) public phaseAggregators;

  function upgrade() external {
    phaseId += 1;
    phaseAggregators[phaseId] = new Aggregator();
  }

  function transmit(int256 answer) external {
    phaseAggregators[phaseId].transmit(answer);
  }

  function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
    Aggregator aggregator = phaseAggregators[uint16(id >> 64)];
    (int256 answer, uint256 updatedAt) = aggregator.read(uint64(id));
    return (id, answer, updatedAt, updatedAt, id);
  }

  function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
    return getRoundData((uint80(phaseId) << 64) | uint80(phaseAggregators[phaseId].latest()));
  }
}
